using Usher.Model.Journeys;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>A hop that reads HTTP: decides where a request goes, and either sends it on or answers it, through its <see cref="RequestPassage"/>.</summary>
public interface IHttpHop
{
    /// <summary>Which hop.</summary>
    Hop Hop { get; }

    /// <summary>Serves one request: ends in exactly one of <see cref="RequestPassage.ForwardAsync"/> and <see cref="RequestPassage.AnswerAsync"/>.</summary>
    ValueTask ServeAsync(RequestPassage passage);

    /// <summary>Told of what never became a request (malformed, too large, cut off, too slow). May answer; the connection closes either way.</summary>
    ValueTask RejectAsync(RequestPassage passage, HttpRejection rejection);
}
