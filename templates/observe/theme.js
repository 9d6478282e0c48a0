// Light or dark: as the system has it, or as a person has chosen. The choice is kept in the link. Read before the page is painted.
'use strict';

const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const theme = { chosen: new URLSearchParams(location.hash.slice(1)).get('theme') };

function isDark() {
  return theme.chosen === 'dark' || theme.chosen !== 'light' && darkSystem.matches;
}

// Pictures are painted in the colours of the page: who paints listens.
function showTheme() {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  for (const button of document.querySelectorAll('.theme')) button.textContent = isDark() ? 'light' : 'dark';
  document.dispatchEvent(new Event('theme'));
}

// The other colours; those of the system are no choice.
function changeTheme() {
  const wanted = isDark() ? 'light' : 'dark';
  theme.chosen = null;
  if (isDark() !== (wanted === 'dark')) theme.chosen = wanted;
  showTheme();
}

darkSystem.addEventListener('change', showTheme);
document.addEventListener('DOMContentLoaded', () => {
  for (const button of document.querySelectorAll('.theme')) button.addEventListener('click', changeTheme);
  showTheme();
});
showTheme();
