namespace Usher.Wire;

/// <summary>Watches one forwarded request. The objects given are valid during the call only.</summary>
public interface IForwardObserver
{
    /// <summary>There is a connection, new or reused; called again for a retry.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="use">Which of its requests this is, from 1.</param>
    void OnConnected(IUpstream connection, int use)
    {
    }

    /// <summary>The request was sent completely. May come on another thread, and after <see cref="OnResponse"/>.</summary>
    void OnRequestSent()
    {
    }

    /// <summary>The forwarding is over, or this attempt of it: a retry is told again.</summary>
    void OnEnded(ForwardResult result)
    {
    }

    /// <summary>The response's head came. True when it isn't to reach the client: the forwarding then ends in <see cref="ForwardOutcome.Declined"/>.</summary>
    bool Declines(ResponseHead response) => false;

    /// <summary>The response's head came, with the edits that will be applied to it.</summary>
    void OnResponse(ResponseHead response, HeaderEdits edits)
    {
    }
}

/// <summary>Changes a response's head on its way to the client.</summary>
public interface IResponseEditor
{
    /// <summary>Adds edits for this response; the objects are valid during the call only.</summary>
    void Edit(ResponseHead response, HeaderEdits edits);
}
