// Rates are measured at the clients: nothing else may run meanwhile.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
