// No targets: every newer construct becomes ES5. Of core-js the bundles get what their sources and packages use.
module.exports = {
  sourceType: 'unambiguous',
  presets: [['@babel/preset-env', {
    forceAllTransforms: true,
    ignoreBrowserslistConfig: true,
    useBuiltIns: 'usage',
    corejs: '3.51',
  }]],
};
