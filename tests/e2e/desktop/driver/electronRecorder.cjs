// Required by Electron ahead of the app: notes what the app asks of the system, for the tests to see.
const electron = require('electron');
const path = require('node:path');

const recorder = { trays: [], notifications: [], opened: [], errors: [] };
globalThis.vigieRecorder = recorder;

const names = new WeakMap();
const { createFromPath } = electron.nativeImage;
electron.nativeImage.createFromPath = (file) => {
  const image = createFromPath(file);
  names.set(image, path.basename(file, '.png').replace(/Template$/, ''));
  return image;
};

/** Calls `before` with the object and the arguments, then what was there. */
function note(object, method, before) {
  const original = object[method];
  object[method] = function (...values) {
    before(this, ...values);
    return original.apply(this, values);
  };
}

const trayOf = (tray) => {
  let known = recorder.trays.find((candidate) => candidate.tray === tray);
  if (!known) recorder.trays.push((known = { tray, icon: '', tooltip: '', menu: null }));
  return known;
};
note(electron.Tray.prototype, 'setImage', (tray, image) => (trayOf(tray).icon = names.get(image) ?? ''));
note(electron.Tray.prototype, 'setToolTip', (tray, tooltip) => (trayOf(tray).tooltip = tooltip));
note(electron.Tray.prototype, 'setContextMenu', (tray, menu) => (trayOf(tray).menu = menu));
note(electron.Notification.prototype, 'show', (notification) => recorder.notifications.push(notification));
note(electron.dialog, 'showErrorBox', (_dialog, title, content) => recorder.errors.push(`${title}: ${content}`));
electron.shell.openExternal = async (address) => void recorder.opened.push(address);
electron.app.on('web-contents-created', (_event, contents) => {
  contents.on('preload-error', (_details, _file, error) => recorder.errors.push(`preload: ${error.message}`));
});
