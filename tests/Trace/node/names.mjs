// Prints every name of OpenTelemetry's semantic conventions, stable or not, a line each.
import * as stable from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';

const names = Object.entries({ ...stable, ...incubating }).filter(([constant, name]) => constant.startsWith('ATTR_') && typeof name === 'string');
console.log(names.map(([, name]) => name).join('\n'));
