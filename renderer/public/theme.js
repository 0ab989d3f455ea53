// Before the first paint, so that a chosen theme never flashes as the other one. Without a choice, CSS follows the system.
(function () {
  try {
    const saved = JSON.parse(localStorage.getItem('vigie.preferences') || '{}');
    if (saved.theme === 'light' || saved.theme === 'dark') document.documentElement.dataset.theme = saved.theme;
    if (saved.language === 'en') document.documentElement.lang = 'en';
  } catch {
    // Storage is closed or damaged: the system's theme stands.
  }
})();
