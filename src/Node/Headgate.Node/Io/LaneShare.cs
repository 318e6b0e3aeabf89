namespace Headgate.Node.Io;

/// <summary>What one volume has of a bounded lane.</summary>
internal sealed class LaneShare
{
    /// <summary>Its I/Os that wait aside, in order, since it holds as many places as it may.</summary>
    public IoBatch Aside;

    /// <summary>Its I/Os in the lane's queue or at work.</summary>
    public int Held;
}
