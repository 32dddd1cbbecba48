// No targets: every newer construct becomes ES5. Of core-js the bundle gets what its sources and
// packages use, because a mim's program is run anew for each request.
module.exports = {
  sourceType: 'unambiguous',
  presets: [['@babel/preset-env', {
    forceAllTransforms: true,
    ignoreBrowserslistConfig: true,
    useBuiltIns: 'usage',
    corejs: '3.51',
  }]],
};
