import { TrophyApiClient } from '@trophyso/node';

const trophy = new TrophyApiClient({
  apiKey: 'YOUR_API_KEY'
});

const response = await trophy.achievements.complete("achievement-key", {
  user: {
    id: "user-id",
  }
});
