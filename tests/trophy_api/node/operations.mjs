// Calls every operation of the client, and prints lines of JSON: the names of all operations, and then for each call its
// name, the requests that it sent with their answers, and its result or its error.
import { TrophyApiClient } from '@trophyso/node';

const server = process.env.TROPHY_URL;
const trophy = new TrophyApiClient({
  apiKey: 'any',
  environment: { api: `${server}/v1`, admin: `${server}/admin/v1` },
});
const keyless = new TrophyApiClient({ apiKey: '', environment: trophy._options.environment });

let sent = [];
const fetchOverHttp = globalThis.fetch;
globalThis.fetch = async (url, options = {}) => {
  const { method = 'GET', headers = {}, body = '' } = options;
  const request = { method, target: url.slice(server.length), headers, body, status: null, answer: null };
  sent.push(request);
  const response = await fetchOverHttp(url, options);
  request.status = response.status;
  request.answer = await response.clone().text();
  return response;
};

// Yields the name of every operation, found by inspection.
function* listOperations(part, prefix = '') {
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(part))) {
    if (name === 'constructor') continue;
    if (typeof part[name] === 'function') yield prefix + name;
    else yield* listOperations(part[name], `${prefix}${name}.`);
  }
}

async function call(name, args = [], client = trophy) {
  const path = name.split('.');
  const operation = path.pop();
  const part = path.reduce((owner, key) => owner[key], client);
  sent = [];
  const outcome = await part[operation](...args).then(
    (result) => ({ result: JSON.parse(JSON.stringify(result)) }),
    (error) => ({ error: { name: error.constructor.name, statusCode: error.statusCode, message: error.message } }),
  );
  console.log(JSON.stringify({ operation: name, sent, ...outcome }));
}

// Calls an endpoint of the test server.
async function control(method, path, body) {
  sent = [];
  await fetch(`${server}/_engine/${path}`, { method, headers: { 'X-API-KEY': 'any' }, body: JSON.stringify(body) });
  console.log(JSON.stringify({ operation: null, sent }));
}

console.log(JSON.stringify([...listOperations(trophy)]));

const user = { id: '18', email: 'user@example.com', tz: 'Europe/London', attributes: { city: 'London' } };
const days = { aggregation: 'daily', startDate: '2025-03-31', endDate: '2025-04-02' };
await call('users.create', [user]);
await call('users.identify', ['19', { name: 'Ada', tz: 'Asia/Tokyo' }]);
await call('users.update', ['18', { name: 'Joanne', deviceTokens: ['token'] }]);
await call('users.get', ['18']);
await call('users.updatePreferences', ['18', { notifications: { recap: ['email'] } }]);
await call('users.getPreferences', ['18']);
await call('metrics.event', [
  'words-written',
  { user, value: 750, attributes: { category: 'writing' }, idempotencyKey: 'e4296e4b-8493-4bd1-9c30-5a1a9ac4d78f' },
]);
await call('metrics.event', ['words-written', { user: { id: '19' }, value: 2.5 }]);
await call('achievements.complete', ['achievement-key', { user: { id: '18' } }]);
await call('achievements.all', [{ userAttributes: 'city:London' }]);
await call('users.allMetrics', ['18']);
await call('users.singleMetric', ['18', 'words-written']);
await call('users.metricEventSummary', ['18', 'words-written', days]);
await call('users.achievements', ['18', { includeIncomplete: 'true' }]);
await call('users.streak', ['18', { historyPeriods: 3 }]);
await call('users.points', ['18', 'points-system-key', { awards: 5 }]);
await call('users.pointsEventSummary', ['18', 'points-system-key', days]);
await call('users.leaderboard', ['18', 'weekly-words', { numEvents: 3 }]);
await call('streaks.list', [{ userIds: ['18', '19', 'nobody'] }]);
await call('streaks.rankings', [{ type: 'active', limit: 5 }]);
await call('points.system', ['points-system-key']);
await call('points.summary', ['points-system-key', { userAttributes: 'city:London' }]);
await call('leaderboards.all');
await call('leaderboards.get', ['weekly-words', { limit: 5, run: '2025-04-02' }]);
await control('POST', 'clock/step', { days: 3 });
await call('users.streak', ['18']);
await call('admin.streaks.restore', [{ users: [{ id: '18' }, { id: 'nobody' }] }]);
await call('admin.streaks.freezes.create', [{ freezes: [{ userId: '18' }, { userId: '19' }] }]);
await call('users.wrapped', ['18', { year: 2025 }]);

await call('users.create', [{ id: '18' }]);
await call('achievements.complete', ['achievement-key', { user: { id: '18' } }]);
await call('achievements.complete', ['unknown', { user: { id: '18' } }]);
await call('metrics.event', ['words-written', { user: { id: '18' }, value: 1, attributes: { unknown: 'x' } }]);
await call('users.get', ['nobody']);
await call('users.get', ['18'], keyless);
await control('POST', 'failures', { failure: 500, calls: 2 });
await call('metrics.event', ['words-written', { user: { id: '18' }, value: 1 }]);
await control('POST', 'failures', { failure: 429, calls: 3 });
await call('metrics.event', ['words-written', { user: { id: '18' }, value: 1 }]);
await control('POST', 'failures', { failure: 'lost' });
// The client keeps the time-out of a request that failed: Node would end after the 60 s that it has by default.
await call('metrics.event', [
  'words-written',
  { user: { id: '18' }, value: 1, idempotencyKey: 'once' },
  { timeoutInSeconds: 1 },
]);
await call('metrics.event', ['words-written', { user: { id: '18' }, value: 1, idempotencyKey: 'once' }]);
