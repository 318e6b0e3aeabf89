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

    /// <summary>Its place in the order in which its volume's I/O came.</summary>
    internal long Arrival;

    internal long TransferBytes;
    internal int CostHundredths;

    /// <summary>What of it can be at the medium at one time, in hundredths: its cost, but at most that of a piece.</summary>
    internal int LoadHundredths;

    internal bool TransfersToMedium;
}
