const path = require('path');

module.exports = {
  mode: 'production',
  target: ['web', 'es5'],
  devtool: 'source-map',
  entry: './src/index.js',
  output: { path: path.resolve(__dirname, 'target'), filename: 'index.js' },
  module: {
    // Packages of npm may be newer than ES5 as well; core-js is ES5 and must be left as it is.
    rules: [{ test: /\.js$/, exclude: /node_modules[\\/]core-js/, loader: 'babel-loader' }],
  },
  // parseurl asks Node's url module only for what is no path; such a request is answered with 404.
  resolve: { fallback: { url: false } },
  // The runtime knows the line of an error, not its column: in one long line every error would have the same place.
  optimization: { minimize: false },
  performance: { hints: false },
};
