/** Loose on purpose: what cannot be an address is answered like an unknown one. */
export declare class SignInBody {
  email: string;
  password: string;
}
export declare class RefreshBody {
  refreshToken: string;
}
export declare class ReauthenticateBody {
  password: string;
}
export declare class SessionAnswer {
  accessToken: string;
  /** Good once; the next answer brings the next one. */
  refreshToken: string;
  /** Seconds the access token is good for. */
  expiresIn: number;
}
export declare class ReauthenticatedAnswer {
  accessToken: string;
  expiresIn: number;
}
//# sourceMappingURL=session.http.d.ts.map
