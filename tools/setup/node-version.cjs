/*
 * Which Node.js runs this. In a syntax that Node.js from before 2018 reads too: an old one is told so in one sentence
 * instead of failing on the first line it does not understand. `engines` in package.json says the same.
 */
'use strict';

/**
 * The oldest release of each line that is supported; later lines from the last one on. 21 and 23 were never tried.
 *
 * @type {[number, number][]}
 */
var oldest = [
  [20, 19],
  [22, 12],
  [24, 0],
];

/** @param {string} version `v22.12.0` @returns {string | null} one sentence, or null when it is fine */
function refusalOf(version) {
  var parts = version.replace(/^v/, '').split('.').map(Number);
  var major = parts[0] || 0;
  var minor = parts[1] || 0;
  var supported = oldest.some(function (line, index) {
    return major === line[0] ? minor >= line[1] : index === oldest.length - 1 && major > line[0];
  });
  if (supported) return null;
  return (
    'This is Node.js ' +
    version +
    '; DITT:OO needs 20.19 or a later 20, 22.12 or a later 22, or 24 and newer: install Node.js 24 (https://nodejs.org) and run the same command again.'
  );
}

module.exports = { refusalOf: refusalOf, oldest: oldest };
