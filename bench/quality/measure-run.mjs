export async function measureRun() {}
