/** Exactly one of them. */
export declare class FindSubjectQuery {
  email?: string;
  customerId?: string;
  orderId?: string;
}
export declare class FoundSubject {
  subjectId: string;
}
export declare class FoundSubjects {
  items: readonly FoundSubject[];
}
//# sourceMappingURL=subject-search.http.d.ts.map
