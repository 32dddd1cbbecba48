// One bundle for each mim: <name>/index.js with its source map beside it.
const fs = require('fs');
const path = require('path');

const SAMPLES = path.join(__dirname, 'src', 'samples');

const entry = {
  pets: './src/pets/index.js',
  polyfills: ['./src/polyfills/forced.js', './src/polyfills/index.js'],
};
fs.readdirSync(SAMPLES).forEach((file) => {
  entry[path.basename(file, '.js')] = path.join(SAMPLES, file);
});

module.exports = {
  mode: 'production',
  target: ['web', 'es5'],
  devtool: 'source-map',
  entry,
  output: { path: path.join(__dirname, 'target'), filename: '[name]/index.js' },
  module: {
    // Packages of npm may be newer than ES5 as well; core-js is ES5 and must be left as it is.
    rules: [{
      test: /\.js$/,
      exclude: [/node_modules[\\/]core-js/, /polyfills[\\/]forced\.js$/],
      loader: 'babel-loader',
      options: { cacheDirectory: true },
    }],
  },
  // For jsonschema, which resolves references with it.
  resolve: { fallback: { url: require.resolve('url/') } },
  performance: { hints: false },
};
