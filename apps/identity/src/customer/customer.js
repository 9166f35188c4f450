import {} from '@dittoo/contracts';
export const initialCustomer = { status: 'none' };
/** The profile while there is one. */
export const profileOf = (customer) => ('profile' in customer ? customer.profile : null);
export const evolve = (customer, event) => {
    switch (event.type) {
        case 'CustomerRegistered':
            return {
                status: 'registered',
                profile: {
                    ...event.data,
                    noticeVersion: null,
                    emailChange: null,
                    emailConfirmed: false,
                    personnummer: null,
                    personnummerRemovals: 0,
                    lastUsedOn: null,
                },
            };
        case 'RegistrationAbandoned':
            return { status: 'abandoned' };
        case 'AccountClosed':
            return { status: 'closed', requestId: event.data.requestId };
        default:
            return customer.status === 'registered'
                ? { ...customer, profile: evolveProfile(customer.profile, event) }
                : customer;
    }
};
const evolveProfile = (profile, event) => {
    switch (event.type) {
        case 'NoticeAcknowledged':
            return { ...profile, noticeVersion: event.data.noticeVersion };
        case 'NameRectified':
        case 'PhoneRectified':
        case 'AddressRectified':
        case 'LocaleChosen':
            return { ...profile, ...event.data };
        case 'EmailChangeRequested':
            return { ...profile, emailChange: event.data };
        case 'EmailRectified':
            return { ...profile, email: event.data.email, emailChange: null, emailConfirmed: true };
        case 'EmailConfirmed':
            return { ...profile, emailChange: null, emailConfirmed: true };
        case 'AccountUsed':
            return { ...profile, lastUsedOn: event.data.on };
        case 'PersonnummerRecorded':
            return { ...profile, personnummer: event.data };
        case 'PersonnummerRemoved':
            return { ...profile, personnummer: null, personnummerRemovals: profile.personnummerRemovals + 1 };
        default:
            return profile;
    }
};
//# sourceMappingURL=customer.js.map