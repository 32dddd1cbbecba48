// Bundles as authors of mims make them; run in target, where the packages are.
const path = require('path');

const target = path.resolve(__dirname, 'target');

module.exports = {
  mode: 'production',
  target: ['web', 'es5'],
  devtool: false,
  context: __dirname,
  entry: { b: './mims/b.js', c: './mims/c.js', router: './mims/router.js' },
  output: { path: path.join(target, 'bundles'), filename: '[name].js' },
  resolve: { modules: [path.join(target, 'node_modules')], fallback: { url: false } },
  resolveLoader: { modules: [path.join(target, 'node_modules')] },
  module: {
    rules: [{
      test: /\.js$/,
      exclude: /node_modules[\\/](core-js|lodash)/,
      loader: 'babel-loader',
      options: {
        sourceType: 'unambiguous',
        presets: [[path.join(target, 'node_modules/@babel/preset-env'), { forceAllTransforms: true, ignoreBrowserslistConfig: true }]],
      },
    }],
  },
  performance: { hints: false },
};
