/** Signs documents a person takes away; verified by the keys of `/.well-known/jwks.json`. */
export abstract class Signatures {
  /**
   * @param type `typ` of the protected header: what keeps one kind of document from passing for another, or for an
   * access token
   * @returns compact JWS (RFC 7515), EdDSA
   */
  abstract sign(type: string, document: object): Promise<string>;
}
