// Loaded before the platform's example, which names no environment: the client's default becomes the server of the test.
import client from '@trophyso/node';

const server = process.env.TROPHY_URL;
client.TrophyApiEnvironment.Production.api = `${server}/v1`;
client.TrophyApiEnvironment.Production.admin = `${server}/admin/v1`;
