// Before anything is drawn: the colours that were chosen here last time.
(() => {
    const root = document.documentElement;
    const stored = () => { try { return localStorage.getItem('usher-theme'); } catch { return null; } };
    if (stored()) root.dataset.theme = stored();
    document.addEventListener('click', event => {
        const toggle = event.target.closest('[data-theme-toggle]');
        if (toggle) {
            const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
            root.dataset.theme = dark ? 'light' : 'dark';
            try { localStorage.setItem('usher-theme', root.dataset.theme); } catch { /* it holds for this page */ }
        }
        // The router would take it for a page of its own.
        if (event.target.closest('[data-skip]')) {
            event.preventDefault();
            document.getElementById('main').focus();
        }
        const copy = event.target.closest('[data-copy-link]');
        if (copy) navigator.clipboard.writeText(location.href).then(() => { copy.textContent = 'Copied'; });
    });
})();
