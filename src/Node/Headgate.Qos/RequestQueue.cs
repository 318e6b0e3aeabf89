namespace Headgate.Qos;

/// <summary>Waiting I/O of one volume and direction, first come first served, linked through the requests.</summary>
internal struct RequestQueue
{
    private QosRequest? _tail;

    public QosRequest? Head { get; private set; }

    public void Append(QosRequest request)
    {
        request.Previous = _tail;
        request.Next = null;
        if (_tail is null) Head = request;
        else _tail.Next = request;
        _tail = request;
    }

    public void Unlink(QosRequest request)
    {
        if (request.Previous is null) Head = request.Next;
        else request.Previous.Next = request.Next;
        if (request.Next is null) _tail = request.Previous;
        else request.Next.Previous = request.Previous;
        request.Next = request.Previous = null;
    }
}
