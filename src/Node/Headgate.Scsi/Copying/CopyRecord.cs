namespace Headgate.Scsi.Copying;

/// <summary>Where a copy is; COPY COMMAND STATUS of SPC-4 6.24.2.</summary>
internal enum CopyStatus : byte
{
    InProgress = 0,
    Done = 1,
    Failed = 2,
}

/// <summary>What RECEIVE COPY RESULTS tells of one copy. Written by the copy, read by others.</summary>
internal sealed class CopyRecord(string port, byte listId)
{
    private long _bytes;
    private int _segments;
    private int _status;

    public string Port { get; } = port;

    public byte ListId { get; } = listId;

    public CopyStatus Status
    {
        get => (CopyStatus)Volatile.Read(ref _status);
        set => Volatile.Write(ref _status, (int)value);
    }

    public int Segments
    {
        get => Volatile.Read(ref _segments);
        set => Volatile.Write(ref _segments, value);
    }

    public long Bytes
    {
        get => Volatile.Read(ref _bytes);
        set => Volatile.Write(ref _bytes, value);
    }
}

/// <summary>The copies of one unit: those under way, and results of those that are over.</summary>
internal sealed class CopyRecords
{
    private readonly Lock _gate = new();
    private readonly List<CopyRecord> _all = [];

    /// <summary>Takes a new copy in. False: too many are under way, or (<paramref name="isListIdInUse"/>) one of this name is.</summary>
    public bool TryStart(CopyRecord record, out bool isListIdInUse)
    {
        lock (_gate)
        {
            isListIdInUse = _all.Exists(other => IsSame(other, record) && other.Status == CopyStatus.InProgress);
            if (isListIdInUse || _all.Count(other => other.Status == CopyStatus.InProgress) >= CopyLimits.MaxConcurrent)
                return false;
            _all.RemoveAll(other => IsSame(other, record));
            if (_all.Count >= CopyLimits.MaxKeptResults)
                _all.RemoveAt(_all.FindIndex(other => other.Status != CopyStatus.InProgress));
            _all.Add(record);
            return true;
        }
    }

    /// <summary>The copy is over; its result is kept when it has a name.</summary>
    public void End(CopyRecord record, bool succeeded, bool keeps)
    {
        lock (_gate)
        {
            record.Status = succeeded ? CopyStatus.Done : CopyStatus.Failed;
            if (!keeps)
                _all.Remove(record);
        }
    }

    public CopyRecord? Find(string port, byte listId)
    {
        lock (_gate)
            return _all.Find(one => one.Port == port && one.ListId == listId);
    }

    /// <summary>A reset forgets results (SPC-4 5.17.4.3); what is under way ends with its command.</summary>
    public void Clear()
    {
        lock (_gate)
            _all.RemoveAll(one => one.Status != CopyStatus.InProgress);
    }

    private static bool IsSame(CopyRecord one, CopyRecord other) => one.Port == other.Port && one.ListId == other.ListId;
}
