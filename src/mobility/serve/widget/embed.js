// One line in any page puts the careerometer there:
// <script src="https://HOST/widget/embed.js" data-region="6" data-average="yes"></script>
'use strict';
(() => {
  const script = document.currentScript;
  const OPTIONS = ['region', 'pay', 'average', 'jobs', 'theme', 'release'];
  const address = new URL('index.html', script.src);
  for (const name of OPTIONS) if (script.dataset[name]) address.searchParams.set(name, script.dataset[name]);

  const frame = document.createElement('iframe');
  frame.src = address.href;
  frame.title = script.dataset.title || 'Careerometer: compare pay, hours and jobs ahead';
  frame.style.cssText = 'display:block;width:100%;height:40rem;border:0;color-scheme:normal';
  script.after(frame);

  addEventListener('message', (event) => {
    const height = event.source === frame.contentWindow && event.data && event.data.careerometer;
    if (Number.isFinite(height) && height > 0) frame.style.height = `${Math.ceil(height)}px`;
  });
})();
