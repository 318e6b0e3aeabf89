namespace Headgate.Qos;

/// <summary>
/// One I/O as the scheduler sees it. The node's I/O derives from it, so that waiting costs no allocation: the links of
/// the queue are in the request itself.
/// </summary>
public abstract class QosRequest
{
    internal QosRequest? Next;
    internal QosRequest? Previous;

    /// <summary>Whose queue it waits in; null when it does not wait.</summary>
    internal QosVolume? WaitsIn;

    internal int CostHundredths;
    internal long TransferBytes;
    internal bool TransfersToMedium;
}
