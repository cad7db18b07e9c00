// The error summary has `autofocus`; where a page is restored from the history, browsers ignore it.
const summary = document.querySelector("[data-error-summary]");
if (summary && document.activeElement !== summary) summary.focus();
