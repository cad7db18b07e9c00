// Copy buttons: <button data-copy="id-of-the-source" hidden>. Without script the source stays selectable.
// A source with markup is copied as HTML and as text, so that Outlook, Word and editors keep its links.

const copyRich = (source) =>
  navigator.clipboard.write([
    new ClipboardItem({
      "text/html": new Blob([source.innerHTML.trim()], { type: "text/html" }),
      "text/plain": new Blob([source.innerText.trim()], { type: "text/plain" }),
    }),
  ]);

const copy = (source) => {
  if ("copyRich" in source.dataset) return copyRich(source);
  return navigator.clipboard.writeText(source.value ?? source.textContent.trim());
};

const connect = (button) => {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) return;
  const label = button.querySelector(".kern-label");
  const text = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(source);
    label.textContent = button.dataset.copied;
    setTimeout(() => (label.textContent = text), 3000);
  });
};

document.querySelectorAll("button[data-copy]").forEach(connect);
