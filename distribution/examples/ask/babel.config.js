// No targets: every newer construct becomes ES5.
module.exports = {
  sourceType: 'unambiguous',
  presets: [['@babel/preset-env', { forceAllTransforms: true, ignoreBrowserslistConfig: true }]],
};
