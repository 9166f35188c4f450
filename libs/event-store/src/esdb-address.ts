import { existsSync } from 'node:fs';

export interface EsdbCredentials {
  readonly username: string;
  readonly password: string;
}

/** The address of an EventStoreDB. The secret is a field of its own, so that only that field must be kept from logs. */
export interface EsdbAddress {
  /** The client's connection string: hosts and options, never a user name or password. */
  readonly connection: string;
  /** The hosts, which may be logged. */
  readonly hosts: string;
  readonly secure: boolean;
  readonly credentials: EsdbCredentials | null;
}

/**
 * For an unknown option the client prints the whole connection string, with the password: only these options are passed
 * on.
 */
const options: Readonly<Record<string, (value: string) => string | null>> = {
  tls: oneOf('true', 'false'),
  tlsCAFile: file,
  userCertFile: file,
  userKeyFile: file,
  tlsVerifyCert: oneOf('true'), // the client would ignore `false`; certificates are always verified
  nodePreference: oneOf('leader', 'follower', 'random', 'readonlyreplica'),
  maxDiscoverAttempts: wholeNumber,
  discoveryInterval: wholeNumber,
  gossipTimeout: wholeNumber,
  keepAliveInterval: (value) => (Number(value) >= 10_000 || value === '-1' ? null : 'must be 10000 ms or more, or -1'),
  keepAliveTimeout: wholeNumber,
  defaultDeadline: wholeNumber,
  connectionName: (value) => (/^[\w.-]{1,64}$/.test(value) ? null : 'must be letters, digits, . _ or -'),
};

const form =
  /^esdb(?<discover>\+discover)?:\/\/(?:(?<username>[^:@/?]+):(?<password>[^:@/?]+)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<query>.*))?$/;
const host = /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?(:\d{1,5})?$/;

/**
 * Reads `esdb://user:password@host:2113?tls=true&tlsCAFile=/path/ca.crt`; several hosts with a comma between them, or
 * `esdb+discover://`.
 *
 * @param name the variable's name, for the message
 * @throws Error names the wrong part, never its value
 */
export const readEsdbAddress = (text: string, name = 'EVENT_STORE_URL'): EsdbAddress => {
  const parts = form.exec(text.trim())?.groups;
  if (parts === undefined) {
    throw new Error(
      `${name} must be esdb://user:password@host:port?option=value, with : / @ ? % in user and password percent-encoded`,
    );
  }
  const { discover = '', username, password, hosts = '', query = '' } = parts;
  if (!hosts.split(',').every((one) => host.test(one))) {
    throw new Error(`${name} must name hosts as host:port, several with a comma between them`);
  }
  const pairs = query === '' ? [] : query.split('&').map((pair) => pair.split('=') as [string, string?]);
  for (const [key, value = ''] of pairs) {
    if (!Object.hasOwn(options, key)) {
      throw new Error(`${name} has an unknown option; the known ones are ${Object.keys(options).join(', ')}`);
    }
    const wrong = options[key]!(decoded(value, name));
    if (wrong !== null) throw new Error(`${key} in ${name} ${wrong}`);
  }
  const secure = !pairs.some(([key, value]) => key === 'tls' && value === 'false');
  if (!secure && username !== undefined) {
    throw new Error(`${name} has a password and tls=false: without TLS none is sent, so leave it out or leave tls on`);
  }
  return {
    connection: `esdb${discover}://${hosts}${query === '' ? '' : `?${query}`}`,
    hosts,
    secure,
    credentials:
      username === undefined || password === undefined
        ? null
        : { username: decoded(username, name), password: decoded(password, name) },
  };
};

const decoded = (text: string, name: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`${name} has a % that is no percent-encoding`);
  }
};

function oneOf(...allowed: readonly string[]) {
  return (value: string): string | null => (allowed.includes(value) ? null : `must be ${allowed.join(' or ')}`);
}

function wholeNumber(value: string): string | null {
  return /^\d{1,9}$/.test(value) && Number(value) > 0 ? null : 'must be a whole number';
}

function file(value: string): string | null {
  return existsSync(value) ? null : 'names a file that is not there';
}

/** E12: with `DEBUG=esdb*` the client prints events and what it connects with. */
export const printsSecrets = (debug: string | undefined): boolean =>
  (debug ?? '').split(/[\s,]+/).some((pattern) => pattern !== '' && !pattern.startsWith('-') && couldMeanEsdb(pattern));

/** Every name the client logs under begins with `esdb`. */
const couldMeanEsdb = (pattern: string): boolean => {
  const fixed = pattern.split('*')[0]!;
  return pattern.includes('*')
    ? 'esdb:command:grpc:connection:events'.startsWith(fixed) || fixed.startsWith('esdb')
    : fixed.startsWith('esdb');
};
