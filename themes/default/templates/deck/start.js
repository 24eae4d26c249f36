// Everything is there: the deck comes to life. `recto serve` changes pages in place and then sends `recto:update`.

function start() {
  const place = now;
  readSlides();
  if (!slides.length) return;
  root.classList.add('ready');
  const again = place && document.getElementById(place.slide.id);
  now = undefined;
  show(again ? placeNear(again, place.step) : placeInAddress() ?? { slide: slides[0], step: 0 }, again || !location.hash ? 'silent' : 'step');
}

menu.setAttribute('aria-label', says.help);
menu.title = says.help;
document.body.append(spoken, progress, menu);
start();
startSync();
startPrint();
if (new URLSearchParams(location.search).has('presenter')) togglePresenter(true);
addEventListener('recto:update', () => asksForPrint() ? location.reload() : start());
// The script with the tools of code comes later.
addEventListener('DOMContentLoaded', () => addTools(now));
