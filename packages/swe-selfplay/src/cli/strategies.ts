/** The strategies of the injector that needs no model. */
export const STRATEGIES = ['mutation', 'removal'] as const;

export type Strategy = (typeof STRATEGIES)[number];
