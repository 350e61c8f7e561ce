using System.Diagnostics.CodeAnalysis;

namespace Usher.Wire;

/// <summary>The idle connections of one key, oldest first. Thread-safe.</summary>
internal sealed class IdleConnections
{
    private readonly Lock _gate = new();
    private readonly List<UpstreamConnection> _connections = [];
    private volatile bool _retired;

    /// <summary>True when it takes no more.</summary>
    public bool IsRetired => _retired;

    public int Count
    {
        get
        {
            lock (_gate) return _connections.Count;
        }
    }

    /// <summary>Takes the newest connection; of sockets only with <paramref name="byWire"/>.</summary>
    public bool TryTakeNewest(bool byWire, [NotNullWhen(true)] out UpstreamConnection? connection)
    {
        lock (_gate)
        {
            var at = byWire ? _connections.FindLastIndex(static c => c.Link is null) : _connections.Count - 1;
            connection = at >= 0 ? _connections[at] : null;
            if (connection is not null) _connections.RemoveAt(at);
            return connection is not null;
        }
    }

    /// <summary>False when there is no room, or this set has been retired.</summary>
    public bool TryAdd(UpstreamConnection connection, int limit)
    {
        lock (_gate)
        {
            if (_retired || _connections.Count >= limit) return false;
            _connections.Add(connection);
            return true;
        }
    }

    public void CloseWhere(Predicate<UpstreamConnection> unwanted)
    {
        lock (_gate)
        {
            for (var i = _connections.Count - 1; i >= 0; i--)
            {
                if (!unwanted(_connections[i])) continue;
                _connections[i].Dispose();
                _connections.RemoveAt(i);
            }
        }
    }

    public void CloseAll()
    {
        lock (_gate)
        {
            _retired = true;
            foreach (var connection in _connections) connection.Dispose();
            _connections.Clear();
        }
    }

    /// <summary>Takes no more when it is empty, so that it can be let go without losing a connection.</summary>
    public bool TryRetire()
    {
        lock (_gate) return _retired = _retired || _connections.Count == 0;
    }
}
