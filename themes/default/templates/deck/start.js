// Everything is there: the deck comes to life. `recto serve` changes pages in place and then sends `recto:update`.

function start() {
  const place = now;
  readSlides();
  if (!slides.length) return;
  root.classList.add('ready');
  const again = place && document.getElementById(place.slide.id);
  const named = location.hash && placeInAddress();
  // Who comes by the address of a slide wants to see that one, unless following has brought it there.
  const isAsked = !place && named && !history.state?.follows;
  now = undefined;
  show(again ? placeNear(again, place.step) : named || { slide: slides[0], step: 0 }, again || !location.hash ? 'silent' : 'step');
  if (isAsked) isStraying = true;
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
