"""Keras' layers in a tf.function: D's update, then G's through the updated D, on the same fakes. With
config["variant"]["simultaneous"] both gradients come from one pass, as in TensorFlow's DCGAN tutorial."""
import platform

import keras
import tensorflow as tf
from keras import layers

from serve import serve, timed


def layer(node):
    op = node["op"]
    if op == "dense":
        return layers.Dense(node["units"])
    if op in ("conv2d", "convTranspose2d"):
        make = layers.Conv2D if op == "conv2d" else layers.Conv2DTranspose
        return make(node["filters"], node["kernel"], node.get("stride", 1), padding=node["padding"])
    if op == "leakyRelu":
        return layers.LeakyReLU(negative_slope=node.get("slope", 0.2))
    if op == "tanh":
        return layers.Activation("tanh")
    if op == "flatten":
        return layers.Flatten()
    if op == "reshape":
        channels, height, width = node["shape"]
        return layers.Reshape((height, width, channels))
    raise ValueError(f"no layer for {op}")


def build(graph):
    [source] = graph["inputs"].values()
    shape = source["shape"]
    if len(shape) == 3:
        shape = [*shape[1:], shape[0]]  # the channels last
    return keras.Sequential([keras.Input(shape), *(layer(node) for node in graph["nodes"])])


def adam(options):
    return keras.optimizers.Adam(options["learningRate"], *options["betas"], options["epsilon"])


def open_peer(config):
    tf.config.threading.set_intra_op_parallelism_threads(config["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(config["threads"])
    tf.random.set_seed(42)
    recipe, image = config["recipe"], config["image"]
    batch = recipe["batch"]
    G, D = build(recipe["models"]["generator"]), build(recipe["models"]["discriminator"])
    optimizer_g = adam(recipe["optimizers"]["generator"])
    optimizer_d = adam(recipe["optimizers"]["discriminator"])
    optimizer_g.build(G.trainable_variables)
    optimizer_d.build(D.trainable_variables)
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def loss_d(on_real, on_fake):
        return entropy(tf.ones_like(on_real), on_real) + entropy(tf.zeros_like(on_fake), on_fake)

    def loss_g(on_fake):
        return entropy(tf.ones_like(on_fake), on_fake)

    def update(optimizer, tape, loss, network):
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables))

    @tf.function
    def alternating(real):
        with tf.GradientTape() as tape_g:
            fake = G(tf.random.normal([batch, recipe["latentSize"]]), training=True)
            with tf.GradientTape() as tape_d:
                of_d = loss_d(D(real, training=True), D(tf.stop_gradient(fake), training=True))
            update(optimizer_d, tape_d, of_d, D)
            of_g = loss_g(D(fake, training=True))
        update(optimizer_g, tape_g, of_g, G)
        return of_d, of_g

    @tf.function
    def simultaneous(real):
        with tf.GradientTape() as tape_g, tf.GradientTape() as tape_d:
            fake = G(tf.random.normal([batch, recipe["latentSize"]]), training=True)
            on_real, on_fake = D(real, training=True), D(fake, training=True)
            of_d, of_g = loss_d(on_real, on_fake), loss_g(on_fake)
        update(optimizer_g, tape_g, of_g, G)
        update(optimizer_d, tape_d, of_d, D)
        return of_d, of_g

    chosen = simultaneous if config["variant"]["simultaneous"] else alternating
    shape = [4, batch, image["height"], image["width"], image["channels"]]
    data = tf.cast(tf.random.uniform(shape, 0, 256, tf.int32), tf.uint8)
    turn = 0

    def step():
        nonlocal turn
        real = tf.cast(data[turn % 4], tf.float32) / 127.5 - 1
        turn += 1
        for loss in chosen(real):
            loss.numpy()

    greeting = {
        "parameters": {"generator": G.count_params(), "discriminator": D.count_params()},
        "batch": batch,
        "versions": {"TensorFlow": tf.__version__, "Keras": keras.__version__, "Python": platform.python_version()},
    }
    return greeting, timed(step, batch)


serve(open_peer)
