const { sendResult, sendError } = require('@mimik/edge-ms-helper/response-helper');
const { NotFoundError } = require('@mimik/edge-ms-helper/error-helper');

const TAG = 'pet';

function listPets(req, res) {
  const { kind } = req.swagger.params;
  const pets = [];
  req.context.storage.eachItemByTag(TAG, (id, value) => pets.push(JSON.parse(value)));
  sendResult(pets.filter((pet) => pet.kind === kind), 200, res);
}

function addPet(req, res) {
  const { pet } = req.swagger.params;
  req.context.storage.setItemWithTag(pet.name, JSON.stringify(pet), TAG);
  sendResult(pet, 201, res);
}

function getPet(req, res) {
  const { id } = req.swagger.params;
  const value = req.context.storage.getItem(id);
  if (value === null) {
    sendError(new NotFoundError(`no pet ${id}`), res, 404);
  } else {
    sendResult(JSON.parse(value), 200, res);
  }
}

function getOwner(req, res) {
  sendResult({ owner: req.owner }, 200, res);
}

// removePet is missing on purpose: the generated middleware answers for it.
module.exports = { listPets, addPet, getPet, getOwner };
