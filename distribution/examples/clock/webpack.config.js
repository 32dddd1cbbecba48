const path = require('path');

module.exports = {
  mode: 'production',
  target: ['web', 'es5'],
  devtool: 'source-map',
  entry: './src/index.js',
  output: { path: path.resolve(__dirname, 'target'), filename: 'index.js' },
  module: {
    // Packages of npm may be newer than ES5 as well.
    rules: [{ test: /\.js$/, loader: 'babel-loader' }],
  },
  performance: { hints: false },
};
