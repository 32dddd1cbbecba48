package mimosa.client;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.http.HttpException;

/** Tells the author of a mim, in plain words, why a call failed. */
final class Failures {
    private Failures() {}

    static MimosaException describe(Throwable failure, Target target, long connectMillis, long idleMillis) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MimosaException known) {
                return known;
            }
            if (cause instanceof DeniedAddressException) {
                return new MimosaException(Kind.FORBIDDEN, "address not allowed: " + target.spelling(), failure);
            }
            String text = text(cause, target, connectMillis, idleMillis);
            if (text != null) {
                return new MimosaException(Kind.UNAVAILABLE, text, failure);
            }
        }
        return new MimosaException(Kind.UNAVAILABLE, "the call to " + target.place() + " failed: " + failure, failure);
    }

    private static String text(Throwable cause, Target target, long connectMillis, long idleMillis) {
        String place = target.place();
        if (cause instanceof NoConnectionException || cause instanceof SocketTimeoutException) {
            return "could not connect to " + place + ": timed out after " + connectMillis + " ms";
        }
        if (cause instanceof TimeoutException) {
            return place + " did not answer: timed out after " + idleMillis + " ms without a byte";
        }
        if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
            return "could not resolve host " + target.spelling();
        }
        if (cause instanceof NoRouteToHostException) {
            return "could not connect to " + place + ": no route to host";
        }
        if (cause instanceof ConnectException) {
            return "could not connect to " + place + ": " + lowerCase(cause.getMessage());
        }
        if (cause instanceof CertificateException) {
            return "could not connect to " + place + ": its certificate is not accepted: " + cause.getMessage();
        }
        if (cause instanceof SSLException && cause.getCause() == null) {
            return "could not connect to " + place + " by TLS: " + cause.getMessage();
        }
        if (cause instanceof HttpResponseException || cause instanceof HttpException) {
            return place + " sent an answer that is not valid HTTP: " + cause.getMessage();
        }
        if (cause instanceof RejectedExecutionException) {
            return "too many calls to " + place + " are waiting";
        }
        return isDisconnect(cause) ? place + " closed the connection before its answer was complete" : null;
    }

    /** Whether the other side has dropped the connection. */
    static boolean isDisconnect(Throwable cause) {
        return cause instanceof EOFException
                || cause instanceof ClosedChannelException
                || cause instanceof SocketException
                || cause.getMessage() != null && cause.getMessage().matches("(?i).*(connection reset|broken pipe).*");
    }

    private static String lowerCase(String message) {
        return message == null || message.isEmpty()
                ? "refused"
                : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }
}
