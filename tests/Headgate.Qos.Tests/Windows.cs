namespace Headgate.Qos.Tests;

/// <summary>Sums over windows of what a client was served, in normalised I/Os.</summary>
internal static class Windows
{
    /// <summary>Normalised I/Os from one time (included) to another (not).</summary>
    public static double Between(this SimulatedClient client, long fromNs, long toNs) =>
        client.Served.Where(io => io.Ns >= fromNs && io.Ns < toNs).Sum(io => (long)io.Cost) / 100.0;

    /// <summary>The most that any window of this length holds.</summary>
    public static double Most(this SimulatedClient client, long windowNs)
    {
        long most = 0, sum = 0;
        var first = 0;
        foreach (var (ns, cost) in client.Served)
        {
            sum += cost;
            while (client.Served[first].Ns <= ns - windowNs) sum -= client.Served[first++].Cost;
            most = Math.Max(most, sum);
        }
        return most / 100.0;
    }

    /// <summary>The least that any window of this length between two times holds.</summary>
    public static double Least(this SimulatedClient client, long windowNs, long fromNs, long toNs)
    {
        // The leanest windows begin just after an I/O; half-open there and closed at the end would count the next one.
        var served = client.Served;
        var (least, sum, last) = (long.MaxValue, 0L, 0);
        for (var first = 0; first < served.Count; first++)
        {
            var from = served[first].Ns;
            if (from + windowNs > toNs) break;
            while (last < served.Count && served[last].Ns < from + windowNs) sum += served[last++].Cost;
            sum -= served[first].Cost; // the window begins right behind it
            if (from >= fromNs) least = Math.Min(least, sum);
        }
        return least / 100.0;
    }

    /// <summary>The most bytes that any window of this length holds.</summary>
    public static long MostBytes(this SimulatedClient client, long windowNs, bool writesOnly = false)
    {
        long most = 0, sum = 0;
        var first = 0;
        for (var last = 0; last < client.Served.Count; last++)
        {
            sum += BytesOf(client, last, writesOnly);
            while (client.Served[first].Ns <= client.Served[last].Ns - windowNs) sum -= BytesOf(client, first++, writesOnly);
            most = Math.Max(most, sum);
        }
        return most;
    }

    private static long BytesOf(SimulatedClient client, int at, bool writesOnly) =>
        writesOnly && !client.Moved[at].IsWrite ? 0 : client.Moved[at].Bytes;
}
