// Follows the link at once; without this script its button does.
const form = document.getElementById("follow");
if (form && !document.prerendering) form.submit();
