{
  "targets": [
    {
      "target_name": "ganode",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake_js",
          "inputs": [],
          "outputs": ["build/Release/ganode.node"],
          "action": ["node", "scripts/build-native.mjs"]
        }
      ]
    }
  ]
}
