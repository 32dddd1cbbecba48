package mimosa.storage;

import java.util.Comparator;
import java.util.LinkedList;
import java.util.List;
import java.util.PriorityQueue;
import mimosa.api.MimosaException;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Embedding.Match;

/** A search for the embeddings most similar to a vector; looks at all of them and keeps the best. */
final class Similarity {
    private static final int MOST_DIMENSIONS = 4096;
    private static final Comparator<Match> BEST_FIRST =
            Comparator.comparingDouble(Match::score).reversed().thenComparing(Match::key);

    private final float[] vector;
    private final String tag;
    private final int limit;
    private final Embedding.Metric metric;
    private final PriorityQueue<Match> best = new PriorityQueue<>(BEST_FIRST.reversed());

    Similarity(float[] vector, String tag, int limit, Embedding.Metric metric) {
        checkVector(vector);
        if (limit < 0) {
            throw MimosaException.invalid("the limit of a similarity search is " + limit + ", expected 0 or more");
        }
        this.vector = vector;
        this.tag = tag;
        this.limit = limit;
        this.metric = metric;
    }

    static void checkVector(float[] vector) {
        if (vector == null || vector.length == 0 || vector.length > MOST_DIMENSIONS) {
            throw MimosaException.invalid("a vector has 1 to " + MOST_DIMENSIONS + " numbers, found "
                    + (vector == null ? "null" : vector.length));
        }
        for (float number : vector) {
            if (!Float.isFinite(number)) {
                throw MimosaException.invalid("a vector has finite 32-bit numbers only, found " + number);
            }
        }
    }

    /** Looks at one more. */
    boolean visit(Embedding other) {
        boolean fits = other.vector().length == vector.length && (tag == null || isTagged(other, tag));
        if (limit == 0 || !fits) {
            return true;
        }
        Match match = new Match(other.key(), other.value(), other.tag(), score(other.vector()));
        if (best.size() < limit) {
            best.add(match);
        } else if (BEST_FIRST.compare(match, best.peek()) < 0) {
            best.poll();
            best.add(match);
        }
        return true;
    }

    /** An untagged embedding has no tag, so that no tag finds it, not even the empty one. */
    static boolean isTagged(Embedding embedding, String tag) {
        return !tag.isEmpty() && tag.equals(embedding.tag());
    }

    private double score(float[] other) {
        double dot = 0;
        double squares = 0;
        double otherSquares = 0;
        double distance = 0;
        for (int i = 0; i < vector.length; i++) {
            double a = vector[i];
            double b = other[i];
            dot += a * b;
            squares += a * a;
            otherSquares += b * b;
            distance += (a - b) * (a - b);
        }
        double lengths = Math.sqrt(squares) * Math.sqrt(otherSquares);
        double score =
                switch (metric) {
                    // A vector without length has no direction: it is like nothing.
                    case COSINE -> lengths == 0 ? 0 : dot / lengths;
                    case DOT -> dot;
                    case EUCLIDEAN -> 1 / (1 + Math.sqrt(distance));
                };
        // Zero and minus zero are the same, also to a comparator.
        return score + 0.0;
    }

    /** What was found, best first. */
    List<Match> best() {
        LinkedList<Match> ordered = new LinkedList<>();
        while (!best.isEmpty()) {
            ordered.addFirst(best.poll());
        }
        return List.copyOf(ordered);
    }
}
