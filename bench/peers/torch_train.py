"""PyTorch's usual loop (pytorch/examples, dcgan), eager or compiled, and the same with what ganode does.

config["variant"]:
  channelsLast         tensors in the layout that oneDNN prefers, and cuDNN in bfloat16
  freezeDiscriminator  no gradients of D's weights in the G-step, one backward pass for D's losses, and the last fakes of D's
                       updates serve G too (which they do anyway where D has one update a step)
  fusedOptimizer       Adam(fused=True), and one call for the average of the weights
  bfloat16             autocast
  compile              the mode of torch.compile, of both networks; None: eager
  graph                the whole step under torch.cuda.graph

Images lie in the host's memory, pinned where there is a GPU, and go to the device as bytes. The losses are read once a step.
"""
import torch

import torch_device
from serve import serve, timed
from torch_average import Average
from torch_networks import hello
from torch_record import Recorded
from torch_step import Step


def open_peer(config):
    recipe, variant, image = config["recipe"], config["variant"], config["image"]
    batch, updates = recipe["batch"], recipe["discriminatorSteps"]
    if variant["compile"] and recipe["penalties"]:
        raise RuntimeError("torch.compile has no second derivatives (pytorch #91469)")
    G, D, device, greeting = hello(config, batch * updates)
    step = Step(config, G, D, device)  # brings the weights into their layout
    average = Average(G, recipe.get("ema"), batch * updates, variant["fusedOptimizer"])
    shape = (4, updates, batch, image["channels"], image["height"], image["width"])
    data = torch.randint(0, 256, shape, dtype=torch.uint8)
    if device.type == "cuda":
        data = data.pin_memory()
    if variant["graph"]:
        period = max([interval for interval, _ in step.lazy_d + step.lazy_g], default=1)
        take = Recorded(step, data[0], {step.due(index) for index in range(period)})
    else:
        take = lambda images, due: step(images.to(device, non_blocking=True), due)
    turn = 0

    def once():
        nonlocal turn
        if variant["compile"]:
            torch.compiler.cudagraph_mark_step_begin()
        losses = take(data[turn % len(data)], step.due(turn))
        turn += 1
        average.update()
        losses.tolist()

    return greeting, timed(once, batch * updates, torch_device.waiting(device))


serve(open_peer)
