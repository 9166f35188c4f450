export const staffAccountDecider = {
  category: 'account',
  initialState: { status: 'none' },
  // An account that is open stays as it is: another password in the configuration is not a way to change it.
  decide: ({ account }, { status }) => (status === 'none' ? [{ type: 'StaffAccountOpened', data: account }] : []),
  evolve: (_account, { data: { email, passwordHash } }) => ({ status: 'open', email, passwordHash }),
};
//# sourceMappingURL=staff-account.decider.js.map
