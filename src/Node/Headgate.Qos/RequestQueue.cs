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

    // What Previous says counts only behind the head: so the next one, seldom in the cache yet, is not touched.
    public void Unlink(QosRequest request)
    {
        var next = request.Next;
        if (request == Head)
        {
            Head = next;
            if (next is null) _tail = null;
        }
        else
        {
            request.Previous!.Next = next;
            if (next is null) _tail = request.Previous;
            else next.Previous = request.Previous;
        }
        request.Next = request.Previous = null;
    }
}
