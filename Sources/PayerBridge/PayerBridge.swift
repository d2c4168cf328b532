import ArgumentParser



import Yams

@main struct PayerBridge: ParsableCommand { func run() {} }
