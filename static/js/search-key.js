// The key "/" leads to the search field, as long as nobody is typing somewhere.
const field = document.querySelector("[data-search]");
const isTyping = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

document.addEventListener("keydown", (event) => {
  if (!field || event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  event.preventDefault();
  field.focus();
  field.select();
});
