// In this order: what pg asks for when it is loaded must be there.
import { forgetNavigator } from './without-cloudflare.ts';
import { Client } from 'pg';

forgetNavigator();

export { Client };
