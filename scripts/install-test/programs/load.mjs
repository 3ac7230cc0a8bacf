// Loads the addon, twice, and tells what stood in the way.
import { graph } from 'ganode';

const z = graph.input('z', { shape: [4] });
for (const _ of [1, 2]) {
  try {
    console.log(
      graph.summary(graph.graph({ out: graph.dense(z, { units: 2 }) })).split('\n').length > 1,
    );
  } catch (error) {
    console.log(`${error.name} ${error.code}: ${error.message}`);
  }
}
