const query = document.getElementById("query"), provenance = document.getElementById("provenance"), found = document.getElementById("found");
const rows = [...document.querySelectorAll("tr[data-text]")];
function filter() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const fits = words.every((word) => row.dataset.text.includes(word)) &&
      (!provenance.value || !("provenance" in row.dataset) || row.dataset.provenance === provenance.value);
    row.hidden = !fits;
    if (fits && "provenance" in row.dataset) count += 1;
  }
  found.textContent = words.length || provenance.value ? `${count} found` : "";
}
query.form.addEventListener("submit", (event) => event.preventDefault());
query.addEventListener("input", filter);
provenance.addEventListener("change", filter);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== query) { event.preventDefault(); query.focus(); }
});
