'use strict';

// Asks two services at a time and answers with what they have in common.
class Directory {
  static #asked = 0;
  #http;

  constructor(http) {
    this.#http = http;
  }

  static get asked() {
    return Directory.#asked;
  }

  async lookUp(name) {
    Directory.#asked++;
    const { data } = await this.#get(`http://directory.test/${name}`);
    const { id, ...rest } = JSON.parse(data);
    return { ...rest, id: id ?? name };
  }

  #get(url) {
    return new Promise((resolve, reject) => {
      this.#http.request({ url, success: resolve, error: reject });
    });
  }
}

const late = [];

mimikModule.exports = async (context, request, response) => {
  const directory = new Directory(context.http);
  const names = ['ann', 'bob'];
  const people = await Promise.all(names.map((name) => directory.lookUp(name)));
  for (const { id, role = 'none' } of people) {
    late.push(() => `${id}:${role}`);
  }
  if (request.url.endsWith('/fail')) {
    throw new RangeError(
      `${people.length} are too many`);
  }
  response.end([...late.map((f) => f()), Directory.asked].join());
};
